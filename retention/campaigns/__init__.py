"""What a campaign brings and costs, whom it addresses. Imports models, customers, segments, own_segments."""
