"""What the parts agree on, each thing written once: manifest, table of images, bucket layout, a digit's shape, record.

Standard library only, Python 3.10 and newer (notebook instances run it), and no import of any other part. `stacks`,
`training`, the functions and `tools` import it; functions, the pipeline's program and the notebook's archive carry it.
"""
