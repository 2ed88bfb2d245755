"""The ways out of the house, as administrators set them up, and the words of what goes out."""
