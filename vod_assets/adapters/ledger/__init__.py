"""What is known of jobs that were handed in to transcoding services."""
