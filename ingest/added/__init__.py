"""Reports that somebody added: written as text, kept beside their originals, put away, corrected and removed."""
