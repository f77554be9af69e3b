module mta-go

go 1.26
