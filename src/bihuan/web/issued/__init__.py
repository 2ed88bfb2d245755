"""An issued report on its way: figures that stay, a text that is written, handed in and reviewed."""
