"""How labelled digits arrive: a stream, its consumer and its dead letters. Imports `stacks.shared` and the settings."""
