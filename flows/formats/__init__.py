"""What a source holds and how it is read: encodings, HTML, JSON records, Markdown."""
