"""Past what fits in memory: training from Parquet parts on a Dask cluster, or on one machine from a cache on disk.

`part_reading` reads one part file wherever it lies, `part_source` says which parts there are, `cluster_fitting` and
`external_memory` train from them. What comes out is the same `FitResult` as from `training.model.fitting`.
"""
