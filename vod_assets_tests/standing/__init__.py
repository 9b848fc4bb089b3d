"""The standing scenario: a broadcaster's deployment that titles go through, from their files' arrival to a viewer.

`stations` has what happens, in order; whoever adds something that a title passes on its way adds a station there.
`house` is the deployment, `viewing` plays what it publishes, `figures` counts what it cost.
"""
