"""The worker that finds words for pictures: a caption by a model, or what is written in them.

A process of its own kind (`TellSetup`), since its libraries take a gigabyte and seconds to load. `desk` does what it is
asked, `captioning` describes, `recognising` reads, `offline` sees to it that no library fetches anything.
"""
