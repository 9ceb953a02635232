package gallery

func supplierPages() []Page { return nil }
