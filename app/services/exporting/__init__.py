"""Data out: answers, codebooks and results as files that other programs read.

Answers come from the wave's snapshot in blocks, are counted on the way, and a file whose number of rows is not the
snapshot's is no file. Nothing is ever cut to fit a format: what does not fit is refused with a sentence that says which
format takes it. What each format does with codes, labels and missing answers: docs/jobs-and-exports.md.
"""
