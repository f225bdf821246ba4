"""Application Auto Scaling of endpoints: what is registered and which policies there are. Nothing is ever scaled."""
