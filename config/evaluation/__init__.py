"""How long pages take on a full base, and what they ask the database."""
