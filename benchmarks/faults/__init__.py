"""Whether an acknowledged answer can be lost, doubled or altered while everything around it breaks."""
