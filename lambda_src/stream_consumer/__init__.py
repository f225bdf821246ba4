"""Takes labelled digits out of the stream and puts them into the bucket as Parquet parts that count exactly once."""
