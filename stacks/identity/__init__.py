"""The users: the user pool and the client of the page. Imports the settings only, never another stack."""
