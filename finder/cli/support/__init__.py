"""What several commands use, or one command is made of; no command is defined here."""
