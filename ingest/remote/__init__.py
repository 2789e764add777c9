"""The index on a Chroma server, from which any number of app machines answer.

    vraagbaak-current            no records; its metadata names the version that serves (``versions.py``)
    vraagbaak-000007-passages    the passages with their vectors, as in a build's own Chroma folder
    vraagbaak-000007-files       the rest of the build and the corpus: one gzipped tar in pieces (``pack.py``)

Versions stand side by side and never change after they serve; the pointer moves from one to the next in one change of
metadata. An app machine fetches the files of a version into a build of its own and asks the server for what is near.
An embedder other than the default has its own collections, with its name in theirs.
"""
