"""The pure half of newsmill: same input, same output, no disk, network, clock or scheduler."""
