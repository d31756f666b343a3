"""How much one input may be: every bound on what strangers' files ask for, with its reason.

Whatever a file holds, judging it takes seconds and less than 2 GB. Sizes are counted before
anything is read. A bound lies well beyond what plants export; who needs more finds the number here.
"""

from datetime import datetime
from typing import Final

MB: Final = 1 << 20

# YAML: the longest file of the product has 30 kB and 6 levels. Aliases are counted written out,
# for a chain of them stands for more than any machine holds, and parsers in C fall over depth.
LARGEST_YAML_BYTES: Final = 2 * MB
MOST_YAML_NODES: Final = 100_000
DEEPEST_YAML: Final = 40

# Expressions; how long and deep those of profiles may be is for their own parser.
LONGEST_PLANT_EXPRESSION: Final = 500  # read by Python's parser, which is as deep as it is long
MOST_EXPRESSION_TEXT_BYTES: Final = 512 * MB  # what an expression over texts can make of a file

# Names become folders and file names (255 bytes at most, with what is added to them).
LONGEST_NAME: Final = 64
LONGEST_PATH: Final = 1_000
MOST_FILES_LISTED: Final = 2_000  # looked through for a name like the missing one

# Text files that become frames: 10 million cells took 1.3 GB and 10 s of one core; a letter takes
# four bytes while its file is cut into cells.
LARGEST_CSV_BYTES: Final = 128 * MB
MOST_CSV_CELLS: Final = 10_000_000
LONGEST_CSV_LINE_BYTES: Final = 4 * MB  # a spectrum of 100,000 points takes one
MOST_COLUMNS: Final = 20_000  # the widest source known has a column for each of 4,000 wavelengths

# Workbooks: a few megabytes unpack to any size; 4 million cells unpack to some 150 MB.
LARGEST_WORKBOOK_BYTES: Final = 128 * MB
MOST_WORKBOOK_BYTES: Final = 256 * MB  # of all its parts, unpacked
MOST_WORKBOOK_PARTS: Final = 10_000

# Parquet: a few kilobytes can claim any number of rows, and a page is unpacked whole.
MOST_PARQUET_CELLS: Final = 15_000_000  # of the columns read, in a file that becomes a frame
LARGEST_PARQUET_BYTES: Final = 256 * MB  # of the columns read, unpacked
LARGEST_COLUMN_CHUNK_BYTES: Final = 512 * MB  # of readings, which are read a row group at a time
MOST_READINGS_UNDOUBTED: Final = 20_000_000  # a file may hold this many however well it packs
MOST_READINGS_PER_BYTE: Final = 30  # beyond them; even steps of time pack to 20 at the best

# Instants beyond these are typing errors, marks for "no end", or overflows, never production.
EARLIEST_INSTANT: Final = datetime.fromisoformat("1900-01-01")
LATEST_INSTANT: Final = datetime.fromisoformat("2100-01-01")

# Numbers on the command line: beyond them memory ends, or libraries that take 32 bits.
LARGEST_SEED: Final = 2**31 - 1
MOST_SIMULATED_BATCHES: Final = 1_000_000
MOST_SIMULATED_YEARS: Final = 200.0
MOST_RERUNS: Final = 10_000
MOST_TRIALS: Final = 10_000
MOST_RESULT_CELLS: Final = 20_000_000  # of a query, which is printed whole

# Cost assumptions by unit: a plan is laid out month by month to its horizon.
MOST_BY_UNIT: Final = {"years": 100, "months": 1_200, "count": 1_000_000_000}

# Messages quote what they refuse; what is longer is cut in its middle.
LONGEST_QUOTED_WORD: Final = 200
LONGEST_MESSAGE: Final = 3_500
