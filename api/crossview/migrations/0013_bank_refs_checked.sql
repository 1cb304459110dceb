-- No row had a reference to a bank before there were banks, so this finds nothing and holds no lock that an edit waits for.
alter table item validate constraint item_bank_ref_length;
