"""What would mend a table, as data. Pure: three sources in, an ordered list of steps out.

``model``       steps, and what is left alone
``choose``      which differences are to be mended
``goal``        the table as it will be, with everything that follows from the choice
``planner``     the calls on the way there, in order
``standing``    what DescribeTable says beside the configuration: identity and quotas
``permission``  which steps somebody allowed
``document``    plans as JSON, and back
``undo``        the live table as a spec to go back to
"""
