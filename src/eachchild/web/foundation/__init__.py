"""What every app stands on: districts, who may do what in them, the trail, the page's frame."""
