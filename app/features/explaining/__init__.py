"""Why a number, an answer or a step came out as it did."""
