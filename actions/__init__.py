"""Custom actions, one file a conversation; served by rasa-sdk on the loopback interface."""
