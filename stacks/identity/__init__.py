"""Who the people are: the user pool and the client of the page. Imports the settings only."""
