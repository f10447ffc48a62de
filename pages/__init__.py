"""Everything that speaks Streamlit: a file a destination."""
