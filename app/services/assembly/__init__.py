"""The bridge: instrument and answers become scoring inputs, estimates become labelled scorecards.

The only place that knows both `surveys` and `scoring`.
"""
