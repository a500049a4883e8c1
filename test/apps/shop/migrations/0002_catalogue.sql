INSERT INTO products (sku, name, price_cents, stock) VALUES
  ('mug-blue', 'Blue mug', 1250, 1000000),
  ('tea-green', 'Green tea, 100 g', 890, 1000000),
  ('kettle-steel', 'Steel kettle', 4900, 5000),
  ('teapot-clay', 'Clay teapot', 3600, 0);
