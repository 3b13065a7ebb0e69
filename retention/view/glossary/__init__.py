"""The glossary page: the words of the trade that the app uses, each defined once.

Of the view it may import: the shared modules, and the definitions of every page.
"""
