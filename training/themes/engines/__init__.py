"""The generators that render made sites, each with the themes it can use."""
