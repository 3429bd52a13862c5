-- Tables of every project database: the GeoPackage's own (OGC 12-128r15, version 1.2) and the system's.
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10200;

CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]', 'longitude/latitude on WGS 84'),
  ('WGS 84 / UTM zone 48N', 32648, 'EPSG', 32648, 'PROJCS["WGS 84 / UTM zone 48N",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",105],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],AUTHORITY["EPSG","32648"]]', 'storage system of the project');

CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));

CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));

CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));

-- What made this file: format number and the fingerprint of the declarations its tables follow.
CREATE TABLE donhan_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
-- Office settings: name, address, signer, units.
CREATE TABLE donhan_setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);
-- Who holds the open transaction; read by the history triggers.
CREATE TABLE donhan_session (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE donhan_sequence (register TEXT NOT NULL, scope TEXT NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY (register, scope));
CREATE TABLE donhan_choice (list TEXT NOT NULL, code TEXT NOT NULL, th TEXT NOT NULL, en TEXT NOT NULL,
  position INTEGER NOT NULL, PRIMARY KEY (list, code));
CREATE TABLE donhan_history (id INTEGER PRIMARY KEY AUTOINCREMENT, register TEXT NOT NULL, uid TEXT NOT NULL,
  action TEXT NOT NULL, at TEXT NOT NULL, by TEXT, old TEXT, new TEXT);
CREATE INDEX donhan_history_row ON donhan_history (register, uid);
CREATE TRIGGER donhan_history_no_update BEFORE UPDATE ON donhan_history BEGIN SELECT RAISE(ABORT, 'append_only'); END;
CREATE TRIGGER donhan_history_no_delete BEFORE DELETE ON donhan_history BEGIN SELECT RAISE(ABORT, 'append_only'); END;
