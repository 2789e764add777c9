"""How much of a stranger's file is read, and why no more."""

MAX_BYTES = 50_000_000  # of a file: the five reports as PDF are below 2 MB; with pictures a report seldom reaches 20
MAX_CHARACTERS = 5_000_000  # of text: some 2,500 pages, what the later steps do in seconds
MIN_LETTERS = 100  # two lines; a file with less is a picture or an empty form, not a report

# A DOCX is a zip of XML parts and pictures.
MAX_MEMBERS = 2_000  # a report with a picture on each of 500 pages has some 600
MAX_UNPACKED = 200_000_000  # bytes; the file itself is at most MAX_BYTES, mostly pictures that hardly shrink
MAX_XML = 30_000_000  # bytes of one part: some 1,500 pages
MAX_RATIO = 150  # deflate reaches 10 to 50 on the XML of reports, 1,000 on zeros
RATIO_FROM = 1_000_000  # bytes; below this no ratio harms

# Of the child process that reads. An ordinary PDF of 400 pages takes 4 s of one core and 38 MB: benchmarks/hostile.md.
SECONDS = 30.0
OCR_SECONDS = 900.0  # some two seconds a page
OCR_FILE = 100_000_000  # bytes of a file that it may write: the picture of a page
MEGABYTES = 1024
MAX_ANSWER = 100_000_000  # bytes: MAX_CHARACTERS as JSON, each of at most 12 bytes, and the marks round them
