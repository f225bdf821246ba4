"""Rules of single properties, a file for each field of AWS: each tells class and reason for a change of a property."""
