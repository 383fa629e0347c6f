"""What helps an author: drafts, words people use, trials, translations."""
