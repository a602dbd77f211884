"""Lip-sync by Wav2Lip (Prajwal et al., 2020, arXiv 2008.10010), from checkpoints that the operator brings."""
