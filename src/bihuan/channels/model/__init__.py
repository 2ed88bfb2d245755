"""A language model behind any endpoint that speaks as OpenAI's does; off unless an administrator names one."""
