"""Past what fits in memory: training from Parquet parts on a Dask cluster, or on one machine from a cache on disk.

`part_source` says which parts there are (`training.data.part_reading` reads one), `cluster_fitting` and
`external_memory` train from them. What comes out is the same `FitResult` as from `training.model.fitting`. Imports
`training.common`, `training.data` and `training.model`.
"""
