"""What a person was told inside Bihuan."""
