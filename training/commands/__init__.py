"""The commands, one file each: options in, a library function, a few lines for the person at the terminal."""
