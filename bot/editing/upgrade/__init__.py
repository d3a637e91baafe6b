"""What a release changes in the content, put together with what the city has changed, answer by answer."""
