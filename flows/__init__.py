"""Everything of newsmill that touches disk, network, clock or Prefect."""
