"""Which events of an entity follow one another as asked: pure functions of sorted columns that know nothing of the store.

One idea, one module; `funnel.py` is the front. A row is the number of an event in its columns; rows of one entity stand
together, in the order in which things happened. Where the systems people come from disagree, `rules.py` has a parameter
and names who does what.
"""
