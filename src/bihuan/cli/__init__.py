"""The command line: everything the pages do, for people and programs at a terminal."""
