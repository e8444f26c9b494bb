"""Where the data comes from, what is stored, and the glossary."""
