"""How does a person come to a passphrase that nobody else knows?"""
