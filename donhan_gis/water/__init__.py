"""Crop water: reference evaporation, crop curves, effective rain, and the demand of a season in cubic metres."""
