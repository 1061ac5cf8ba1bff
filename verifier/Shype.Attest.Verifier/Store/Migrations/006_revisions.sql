-- Who appraises or decides by what is in memory must notice that somebody else was there in between.
ALTER TABLE hosts ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE hosts ADD COLUMN appraisals INTEGER NOT NULL DEFAULT 0;
