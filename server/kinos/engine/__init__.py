"""What happens over time: state, schedule, cycles, landing, behind one façade."""
